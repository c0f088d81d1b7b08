package dev.vedette.model;

/**
 * Whether somebody still waits for what is read. A read asks between two pieces of work that take
 * long, as pages of a block, also where it has found nothing yet that it could hand over; between
 * samples never. What this throws ends the read. Asked by each thread that reads.
 */
@FunctionalInterface
public interface ReadCheck {
  /** For reads that nobody ends. */
  ReadCheck NONE = () -> {};

  void check();
}
