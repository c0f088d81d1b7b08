/** What the functions of the language do, on windows, points and labels. */
@NullMarked
package dev.vedette.promql.functions;

import org.jspecify.annotations.NullMarked;
