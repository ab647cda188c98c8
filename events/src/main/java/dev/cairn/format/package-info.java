/**
 * The encoding of stored objects: trees of fields, written as CBOR for machines, and as JSON for
 * files that people may read.
 */
@NullMarked
package dev.cairn.format;

import org.jspecify.annotations.NullMarked;
