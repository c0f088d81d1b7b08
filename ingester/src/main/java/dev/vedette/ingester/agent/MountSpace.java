package dev.vedette.ingester.agent;

import java.io.IOException;

/**
 * Room on one mounted file system.
 *
 * @param sizeBytes all of it
 * @param freeBytes unused, what only root may use included
 * @param availableBytes unused, for everybody
 * @param files inodes
 * @param filesFree unused inodes
 */
record MountSpace(
    double sizeBytes, double freeBytes, double availableBytes, double files, double filesFree) {
  /** Asks the operating system; may block as long as a dead network file system does. */
  @FunctionalInterface
  interface Source {
    MountSpace of(String mountPoint) throws IOException;
  }
}
