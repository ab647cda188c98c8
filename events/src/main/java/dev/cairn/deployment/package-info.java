/** What a deployed function is told by its environment, and the clients that it makes of it. */
@NullMarked
package dev.cairn.deployment;

import org.jspecify.annotations.NullMarked;
