@NullMarked
package dev.vedette.ui;

import org.jspecify.annotations.NullMarked;
