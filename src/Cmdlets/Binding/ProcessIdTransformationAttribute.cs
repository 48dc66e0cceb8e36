using System.Collections;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds ids of any processes: numbers, process objects, hardened processes, or anything with a ProcessId or an Id.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProcessIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable list and not string ? list.Cast<object?>().Select(One).ToArray() : new[] { One(inputData) };
    }

    private static int One(object? item) => ProcessIdValue.Of(item, "ProcessId", "Id");
}
