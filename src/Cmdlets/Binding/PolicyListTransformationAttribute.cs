using System.Collections;
using System.Management.Automation;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds several policies: each an object, a built-in name or a file.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PolicyListTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly PolicyTransformationAttribute One = new();

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        object?[] items = value is IEnumerable list and not string ? [.. list.Cast<object?>()] : [inputData];
        return items.Select(item => One.Transform(engineIntrinsics, item) as SeccompPolicy
            ?? throw new ArgumentTransformationMetadataException($"'{item}' is no policy: give a policy object, the name of a built-in policy, or a file.")).ToArray();
    }
}
