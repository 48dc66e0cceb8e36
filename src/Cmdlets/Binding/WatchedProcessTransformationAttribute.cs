using System.Collections;
using System.Management.Automation;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds processes of any kind: hardened ones by object or id, others by id, process object, or anything with a ProcessId or an Id.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WatchedProcessTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable list and not string ? list.Cast<object?>().Select(One).ToArray() : new[] { One(inputData) };
    }

    private static WatchedProcess One(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (value is WatchedProcess known) return known;
        if (value is HardenedProcess process) return new(process.Id, process);
        int id = ProcessIdValue.Of(item, "SandboxId", "ProcessId", "Id"); // a denial names the run, which is meant, before the process
        return new(id, SandboxRegistry.All.LastOrDefault(p => p.Id == id));
    }
}
