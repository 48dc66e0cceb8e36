namespace Sandbox.Seccomp;

/// <summary>How policies become one.</summary>
public enum SeccompMergeMode
{
    /// <summary>Each call takes the mildest of the decisions: what one policy allows is allowed.</summary>
    Union,

    /// <summary>Each call takes the harshest of the decisions, as the kernel does with stacked filters.</summary>
    Intersection,
}
