/** How often, and after which pauses, a call is made again that AWS turned away. */
@NullMarked
package dev.cairn.retry;

import org.jspecify.annotations.NullMarked;
