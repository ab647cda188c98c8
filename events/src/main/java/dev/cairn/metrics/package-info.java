/** What functions tell CloudWatch, by lines that they print. */
@NullMarked
package dev.cairn.metrics;

import org.jspecify.annotations.NullMarked;
