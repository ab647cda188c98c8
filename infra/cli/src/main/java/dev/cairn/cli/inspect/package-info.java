/**
 * A job as it is stored, read from outside: its state at any place, its checkpoints' files, and
 * both as text.
 */
@NullMarked
package dev.cairn.cli.inspect;

import org.jspecify.annotations.NullMarked;
