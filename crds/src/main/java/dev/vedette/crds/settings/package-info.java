/** What a MetricsCluster says, as plain values that components are built with. */
@NullMarked
package dev.vedette.crds.settings;

import org.jspecify.annotations.NullMarked;
