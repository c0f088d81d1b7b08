package dev.vedette.runtime.http;

import java.io.IOException;

/** The client closed the connection, or stopped reading, before the reply was whole. */
public final class ClientGone extends IOException {
  ClientGone(String message) {
    super(message);
  }
}
