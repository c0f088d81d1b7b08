package dev.vedette.model.partial;

import java.util.List;

/**
 * What some of the series of a {@link PartialRequest} give. One request may have several answers,
 * each of other series; a group may be in any number of them.
 *
 * @param groups all that have a series, each once
 * @param series that are handed over by themselves
 * @param notes what there is to say, each once
 * @param samplesByStep samples that were looked at, at each step; one number for all where the
 *     request does not ask for each
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record PartialAnswer(
    List<PartialGroup> groups, List<PartialSeries> series, List<Note> notes, long[] samplesByStep) {
  public PartialAnswer {
    groups = List.copyOf(groups);
    series = List.copyOf(series);
    notes = List.copyOf(notes);
  }

  /**
   * A warning or an info.
   *
   * @param ofPoints whether it is about what the points are made of; else about the aggregation
   */
  public record Note(boolean isWarning, boolean ofPoints, String text) {}
}
