/** What an invocation, a checkpoint and a restore cost in requests. */
@NullMarked
package dev.cairn.system.cost;

import org.jspecify.annotations.NullMarked;
