namespace Sandbox.Tests.Runtime;

/// <summary>Tests that look at this process itself (descriptors, threads, children) and so run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessStateCollection
{
    public const string Name = "process state";
}
