/** The costs of a job in AWS: requests counted on a real pipeline, times published prices. */
@NullMarked
package dev.cairn.local.cost;

import org.jspecify.annotations.NullMarked;
