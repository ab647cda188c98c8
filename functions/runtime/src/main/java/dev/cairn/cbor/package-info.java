/** The few forms of CBOR (RFC 8949) that scalar values and lists of state are made of. */
@NullMarked
package dev.cairn.cbor;

import org.jspecify.annotations.NullMarked;
