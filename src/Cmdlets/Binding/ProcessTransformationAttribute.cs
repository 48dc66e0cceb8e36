using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds hardened processes: the object, its id, a System.Diagnostics.Process, or anything with a ProcessId (such as an output line), a denial.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProcessTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is IEnumerable and not string) return ((IEnumerable)value).Cast<object?>().Select(One).ToArray();
        return new[] { One(inputData) };
    }

    private static HardenedProcess One(object? item)
    {
        var value = item is PSObject wrapped ? wrapped.BaseObject : item;
        return value switch
        {
            HardenedProcess process => process,
            System.Diagnostics.Process process => Find(process.Id),
            int or long or string => Find(Number(value)),
            null => throw new ArgumentTransformationMetadataException("A null is no hardened process."),
            // A denial names both: a child may have made the call, and the run is meant.
            _ when (PSObject.AsPSObject(item).Properties["SandboxId"]?.Value ?? PSObject.AsPSObject(item).Properties["ProcessId"]?.Value) is { } id => Find(Number(id)),
            _ => throw new ArgumentTransformationMetadataException($"{value.GetType().Name} is no hardened process: give the object of Start-HardenedProcess, or its Id."),
        };
    }

    private static int Number(object value) => int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw new ArgumentTransformationMetadataException($"'{value}' is no process id.");

    private static HardenedProcess Find(int id) => SandboxRegistry.All.LastOrDefault(p => p.Id == id)
        ?? throw new ArgumentTransformationMetadataException($"No hardened process of this session has the id {id}. Get-HardenedProcess lists those that there are.");
}
