/** How long a cold container takes to its first answer, measured on processes of their own. */
@NullMarked
package dev.cairn.measurements.coldstart;

import org.jspecify.annotations.NullMarked;
