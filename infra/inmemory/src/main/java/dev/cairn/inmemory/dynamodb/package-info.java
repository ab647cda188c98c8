/**
 * DynamoDB in memory: the ports that are stored in Cairn's table, each write with the condition
 * that the real one has, and the requests that the adapters send.
 */
@NullMarked
package dev.cairn.inmemory.dynamodb;

import org.jspecify.annotations.NullMarked;
