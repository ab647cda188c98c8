/** The storage of files: paths, references, layout, and the port that stores files once. */
@NullMarked
package dev.cairn.storage;

import org.jspecify.annotations.NullMarked;
