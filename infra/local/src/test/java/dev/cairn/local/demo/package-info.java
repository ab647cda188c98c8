/** Tests of the demo, on a pipeline in this process. */
@NullMarked
package dev.cairn.local.demo;

import org.jspecify.annotations.NullMarked;
