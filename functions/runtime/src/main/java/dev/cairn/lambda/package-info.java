/**
 * The interface to Lambda: the payloads of invocations, and the response that the mapping reads.
 */
@NullMarked
package dev.cairn.lambda;

import org.jspecify.annotations.NullMarked;
