/**
 * DynamoDB on one machine: Amazon's own DynamoDB Local, and a table's stream handed on step by
 * step.
 */
@NullMarked
package dev.cairn.local.dynamodb;

import org.jspecify.annotations.NullMarked;
