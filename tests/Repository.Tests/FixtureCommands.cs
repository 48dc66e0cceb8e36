using System.Management.Automation;
using Newtonsoft.Json.Linq;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Repository.Tests;

/// <summary>What the rules ask for, with every kind of parameter that a page describes.</summary>
[Cmdlet(VerbsCommon.Get, "Fixture", DefaultParameterSetName = "ByName")]
[OutputType(typeof(HardeningOutcome))]
public sealed class GetFixtureCommand : SandboxCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "ByName")]
    [Alias("Title")]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ById")]
    public int Id { get; set; }

    [Parameter]
    public NetworkMode Network { get; set; } = NetworkMode.None;

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord() => WriteObject(new HardeningOutcome { Name = "x", Requested = Force, Status = OutcomeStatus.Applied });
}

/// <summary>What the rules forbid: verb, noun, class name, base, openness, output and parameter type.</summary>
[Cmdlet("Fetch", "Fixtures")]
public class BadFixture : PSCmdlet
{
    [Parameter]
    public JObject? Data { get; set; }

    [Parameter]
    public List<JObject>? More { get; set; }
}
