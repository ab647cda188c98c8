/** Cairn on one machine: the demo, what a pipeline costs, and Amazon's DynamoDB Local. */
@NullMarked
package dev.cairn.local;

import org.jspecify.annotations.NullMarked;
