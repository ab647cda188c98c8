/** The options, their values, and how settings from several places are combined. */
@NullMarked
package dev.cairn.settings;

import org.jspecify.annotations.NullMarked;
