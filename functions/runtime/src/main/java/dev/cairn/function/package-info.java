/**
 * The API for a user's function, with Flink's names: events, keyed state, and the serializers of
 * both. It contains no AWS type and nothing of the runtime.
 */
@NullMarked
package dev.cairn.function;

import org.jspecify.annotations.NullMarked;
