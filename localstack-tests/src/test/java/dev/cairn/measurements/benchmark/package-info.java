/** What a record costs on its way, measured with JMH. */
@NullMarked
package dev.cairn.measurements.benchmark;

import org.jspecify.annotations.NullMarked;
