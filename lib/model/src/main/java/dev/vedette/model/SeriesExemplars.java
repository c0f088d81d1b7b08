package dev.vedette.model;

import java.util.List;

/**
 * Exemplars of one series.
 *
 * @param exemplars by time; never empty
 */
public record SeriesExemplars(Labels series, List<Exemplar> exemplars) {
  public SeriesExemplars {
    exemplars = List.copyOf(exemplars);
  }
}
