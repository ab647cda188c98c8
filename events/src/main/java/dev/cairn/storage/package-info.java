/** Where checkpoint files lie: paths, references, and the port that stores them once. */
@NullMarked
package dev.cairn.storage;

import org.jspecify.annotations.NullMarked;
