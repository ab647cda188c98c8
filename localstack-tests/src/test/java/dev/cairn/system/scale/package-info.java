/** Ten thousand subtasks under AWS's quotas, in virtual time. */
@NullMarked
package dev.cairn.system.scale;

import org.jspecify.annotations.NullMarked;
