package dev.vedette.model.partial;

import dev.vedette.model.Labels;

/**
 * A part of a group.
 *
 * @param labels of the group
 * @param first labels of the first of its series in {@link dev.vedette.model.SeriesOrder}: groups
 *     come in the order of these
 * @param nameDropped whether the group is to lose a name in the end
 */
public record PartialGroup(Labels labels, Labels first, boolean nameDropped, PartialState state) {}
