/** The subset of CBOR (RFC 8949) that scalar values and lists of state use. */
@NullMarked
package dev.cairn.cbor;

import org.jspecify.annotations.NullMarked;
