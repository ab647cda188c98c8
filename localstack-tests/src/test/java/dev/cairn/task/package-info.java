/** Facts of the task: what each batch, restart, accident and damage leads to. */
@NullMarked
package dev.cairn.task;

import org.jspecify.annotations.NullMarked;
