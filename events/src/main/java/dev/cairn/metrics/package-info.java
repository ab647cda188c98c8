/** The metrics of deployed functions, which CloudWatch reads from printed lines. */
@NullMarked
package dev.cairn.metrics;

import org.jspecify.annotations.NullMarked;
