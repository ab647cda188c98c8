/** The file storage in a local directory, for development on one machine. */
@NullMarked
package dev.cairn.directory;

import org.jspecify.annotations.NullMarked;
