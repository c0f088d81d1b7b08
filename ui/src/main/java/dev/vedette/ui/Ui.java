package dev.vedette.ui;

import org.jspecify.annotations.Nullable;

/**
 * The web pages. Hand it to the HTTP server, and they are served; nothing is read before the first
 * request, so that they cost a start nothing. Any thread may call.
 */
public final class Ui {
  private @Nullable Pages pages;

  synchronized Pages pages() {
    if (pages == null) {
      pages = Pages.of(Assets.load());
    }
    return pages;
  }
}
