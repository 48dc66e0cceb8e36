namespace Sandbox.Violations;

/// <summary>What a probe counted: what it saw is what it filtered, emitted and dropped.</summary>
internal readonly record struct ViolationCounts(long Seen, long Filtered, long Emitted, long Dropped, long Unfollowed);
