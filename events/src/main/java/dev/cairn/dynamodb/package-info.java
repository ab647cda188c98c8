/**
 * The job's one table in DynamoDB: the journal, the checkpoints, and what the table's stream tells
 * of them.
 */
@NullMarked
package dev.cairn.dynamodb;

import org.jspecify.annotations.NullMarked;
