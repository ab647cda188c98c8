/**
 * The job's table in DynamoDB: the adapters of the journal, the checkpoints and other ports, and
 * the events of the table's stream.
 */
@NullMarked
package dev.cairn.dynamodb;

import org.jspecify.annotations.NullMarked;
