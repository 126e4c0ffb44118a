// These tests wait for restarts, timers and deadlines more than they compute, so more of them run at a time than there are processors.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
