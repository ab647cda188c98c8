/** The in-memory DynamoDB behaves as the real one does where the protocol depends on it. */
@NullMarked
package dev.cairn.inmemory.dynamodb;

import org.jspecify.annotations.NullMarked;
