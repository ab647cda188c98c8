/**
 * What a user's function is written against, in Flink's words: events, keyed state and the
 * serializers of both; no AWS type and no engine.
 */
@NullMarked
package dev.cairn.function;

import org.jspecify.annotations.NullMarked;
