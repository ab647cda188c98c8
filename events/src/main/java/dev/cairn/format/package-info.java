/**
 * How stored things become bytes: plain trees of fields, written as CBOR where machines read them
 * and as JSON where people may.
 */
@NullMarked
package dev.cairn.format;

import org.jspecify.annotations.NullMarked;
