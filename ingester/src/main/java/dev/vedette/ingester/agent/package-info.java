/** Metrics of the machine itself, under the names and labels that node_exporter made common. */
@NullMarked
package dev.vedette.ingester.agent;

import org.jspecify.annotations.NullMarked;
