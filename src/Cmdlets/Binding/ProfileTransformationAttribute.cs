using System.Collections;
using System.Management.Automation;
using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a profile: an object, a built-in name, a path of a JSON or psd1 file, or a hashtable.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProfileTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        ArgumentNullException.ThrowIfNull(engineIntrinsics);
        try
        {
            return (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
            {
                IDictionary table => ProfileReader.FromDictionary(table, "-Profile"),
                string name when BuiltInProfiles.TryGet(name, out var profile) => profile,
                string text => ProfileFile.Find(text, engineIntrinsics.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text)),
                var other => other,
            };
        }
        catch (SandboxException e)
        {
            throw new ArgumentTransformationMetadataException($"{e.Message} {e.Remedy}", e);
        }
    }
}
