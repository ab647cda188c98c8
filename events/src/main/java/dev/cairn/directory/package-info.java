/** What the protocol needs of a file system, for development on one machine. */
@NullMarked
package dev.cairn.directory;

import org.jspecify.annotations.NullMarked;
