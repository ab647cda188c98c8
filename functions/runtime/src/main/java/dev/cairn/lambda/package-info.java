/** Lambda's edge: the payloads that an invocation brings, and the answer that the mapping reads. */
@NullMarked
package dev.cairn.lambda;

import org.jspecify.annotations.NullMarked;
