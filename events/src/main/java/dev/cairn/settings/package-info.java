/**
 * What can be set, under which names, where, and how the values of several places become one view.
 */
@NullMarked
package dev.cairn.settings;

import org.jspecify.annotations.NullMarked;
